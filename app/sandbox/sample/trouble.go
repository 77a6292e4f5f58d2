package sample

import "slices"

// Records WithTrouble adds, by what is wrong with them.
const (
	CompanyTwinDeleted = 401 // in the recycle bin: the name and nearly the identifier of Kanzlei Feddersen
	CompanyTwinLive    = 402 // a second live company called Reederei Möwe
	CompanyOdd         = 410 // the first of OddNames, in their order

	AgreementTwin = 1901 // a second active agreement of that name, for Steuerbüro Ahrens
	AgreementOdd  = 1902 // of the same company, with an odd name

	ProductOtherCase = 1601 // x360-account
	ProductSpace     = 1602 // X360-STORAGE with a space at the end
	ProductCyrillic  = 1603 // X360-FSE that begins with a Cyrillic letter
	ProductZeroWidth = 1604 // X360-ACCOUNT with a zero-width space in it
	ProductDash      = 1605 // X360-STORAGE with another kind of hyphen
	ProductZero      = 1606 // X360-STORAGE with a zero for the letter O
	ProductTwin      = 1607 // X360-TWICE
	ProductTwinOther = 1608 // X360-TWICE again
	ProductOdd       = 1609 // every character that means something in a condition

	BoardTwin     = 14 // a second board called NOC
	BoardOdd      = 15 // a board with an odd name
	PriorityTwin  = 5  // a second priority called Priority 1 - Emergency
	SourceTwin    = 5  // a second source called Phone
	troubleStatus = 131
)

// OddNames are company names that have to survive conditions and come back
// whole. Each holds something a query, a pattern, a page or an eye stumbles over.
func OddNames() []string {
	return []string{
		`Müller "& Söhne" 'GbR'`,
		`C:\Daten\ Service\`,
		`[Alt] Bau [Neu`,
		`100 % Öko* _Laden_`,
		`x" or name != "y`,
		"Rechnung \u202Efdp.exe",
		"Null\u200Bbreite\u200E GmbH",
		"ＦＵＬＬ Ｗｉｄｔｈ",
		"<script>alert(1)</script> & Co. + Söhne",
		"Jo\u0308rg Krüger", // the same letter in two parts and in one
	}
}

// WithTrouble adds to a provider what real ones have grown over the years:
// twins, near misses and names that break queries. Nothing the settings name is
// touched, so all that worked still does. It returns the same provider and is
// for the time before a sandbox copies it.
func WithTrouble(m *MSP) *MSP {
	p := &m.PSA
	p.Companies = append(p.Companies,
		Company{ID: CompanyTwinDeleted, Identifier: "KanzleiFeddersen", Name: "Kanzlei Feddersen", StatusID: StatusActive, Deleted: true},
		Company{ID: CompanyTwinLive, Identifier: "ReedereiMoewe", Name: "Reederei Möwe", StatusID: StatusActive})
	for i, name := range OddNames() {
		p.Companies = append(p.Companies, Company{ID: CompanyOdd + i, Identifier: []string{"Odd", `Odd"`, `Odd\`, "Odd[", "Odd%", "Odd*", "Odd_", "Odd'", "Odd<", "Odd\u200B"}[i], Name: name, StatusID: StatusActive})
	}
	p.addTwinAgreements()
	p.addNearProducts()
	p.Boards = append(p.Boards, troubleBoard(BoardTwin, "NOC", troubleStatus), troubleBoard(BoardOdd, "Odd \"board\" [x] \\ 100 % \u202Edraob", troubleStatus+2))
	p.Priorities = append(p.Priorities, Priority{Option{ID: PriorityTwin, Name: "Priority 1 - Emergency"}, "Red", "Critical"})
	p.Sources = append(p.Sources, Option{ID: SourceTwin, Name: "Phone"})
	return m
}

// addTwinAgreements gives one company a second agreement of the same name.
func (p *PSA) addTwinAgreements() {
	at := slices.IndexFunc(p.Agreements, func(a Agreement) bool { return a.ID == AgreementOf(4730) })
	twin, odd := p.Agreements[at], p.Agreements[at]
	twin.ID, odd.ID, odd.Name = AgreementTwin, AgreementOdd, `Gold "24×7" [50 %] \ 'plus'_`
	p.Agreements = append(p.Agreements, twin, odd)
}

// addNearProducts puts next to each Product ID the settings bill something a
// person would take for it.
func (p *PSA) addNearProducts() {
	for i, identifier := range []string{
		"x360-account", "X360-STORAGE ", "\u0425360-FSE", "X360\u200B-ACCOUNT", "X360\u2010STORAGE", "X360-ST0RAGE", "X360-TWICE", "X360-TWICE", `X360 "50 %" [\]_*'`,
	} {
		p.Catalog = append(p.Catalog, Product{
			ID: ProductOtherCase + i, Identifier: identifier, Description: "Not what it looks like", Class: "Agreement", Price: 1,
			Category: "Managed Services", Subcategory: "Cloud", Unit: "Each",
		})
	}
}

func troubleBoard(id int, name string, status int) Board {
	return Board{
		ID: id, Name: name,
		Statuses: []Status{{Option: Option{ID: status, Name: "New", Default: true}}, {Option: Option{ID: status + 1, Name: "Closed"}, Closed: true}},
		Teams:    []Option{{ID: 320 + id, Name: "Team", Default: true}},
	}
}
