package sample

// customer is one line of the table the whole provider is built from.
type customer struct {
	id, parent  int
	name        string
	persons     int
	servers     int
	agents      int
	storage     int64 // GiB
	quota       int64 // GiB, 0: none
	trial       bool
	company     string // the company's name in ConnectWise where it differs; "-": none
	inactive    bool   // the company is inactive in ConnectWise
	agreement   agreementKind
	unmapped    bool
	sharesWith  int // organization whose company and agreement this one uses
	equal       bool
	lessInclude float64
}

// agreementKind says what is wrong, or right, with a customer's agreement.
type agreementKind uint8

const (
	agreementActive agreementKind = iota
	agreementNone
	agreementExpired
	agreementChild
	agreementCancelled
	agreementFuture
	agreementYearly
	agreementBare      // active, without any of our lines
	agreementTwice     // two open lines of one product
	agreementLineEnded // its account line was cancelled
)

// customers are the 25 organizations below the master: two levels, and names
// that have broken somebody's software before.
var customers = []customer{
	{id: 4711, parent: MasterID, name: "Bäckerei Öztürk & Söhne", persons: 14, servers: 1, agents: 6, storage: 182, quota: 250},
	{id: 4712, parent: MasterID, name: "Contoso Logistik GmbH", company: "Contoso Logistik", persons: 41, servers: 2, agents: 18, storage: 903, quota: 1500},
	{id: 4713, parent: 4712, name: "Contoso Logistik – Hafen Nord", persons: 12, servers: 1, agents: 5, storage: 204, quota: 400, sharesWith: 4712},
	{id: 4714, parent: 4712, name: "Contoso Logistik – Verwaltung", persons: 9, servers: 0, agents: 7, storage: 77, quota: 100, agreement: agreementChild},
	{id: 4715, parent: MasterID, name: `O'Brien & Sons "Quoted" [x]`, persons: 7, servers: 1, agents: 4, storage: 61, quota: 80},
	{id: 4716, parent: MasterID, name: "Zahnarztpraxis Dr. Węgrzyn", persons: 6, servers: 1, agents: 3, storage: 44, quota: 60, equal: true},
	{id: 4717, parent: MasterID, name: "شركة النور للتجارة", persons: 11, servers: 1, agents: 6, storage: 130, quota: 200},
	{id: 4718, parent: MasterID, name: "東京ソフト株式会社", persons: 8, servers: 0, agents: 8, storage: 96, quota: 150},
	{id: 4719, parent: MasterID, name: "Gemeinnützige Gesellschaft zur Förderung der norddeutschen Binnenschifffahrt mbH & Co. KG", company: "Ges. Förderung Binnenschifffahrt mbH & Co. KG", persons: 22, servers: 1, agents: 12, storage: 310, quota: 500},
	{id: 4720, parent: 4719, name: "Geschäftsstelle Lübeck", persons: 5, servers: 0, agents: 4, storage: 28, quota: 50, unmapped: true, company: "Geschäftsstelle Lübeck"},
	{id: 4721, parent: MasterID, name: "Kanzlei Feddersen", persons: 9, servers: 1, agents: 9, storage: 148, quota: 180, equal: true},
	{id: 4722, parent: MasterID, name: "Alster Bau AG", persons: 33, servers: 3, agents: 14, storage: 742, quota: 950},
	{id: 4723, parent: 4722, name: "Alster Bau AG / Baustelle Ost", persons: 4, servers: 1, agents: 2, storage: 39, quota: 50, agreement: agreementTwice},
	{id: 4724, parent: MasterID, name: "Tischlerei Holzwurm e.K.", persons: 3, servers: 0, agents: 2, storage: 12, quota: 20, inactive: true},
	{id: 4725, parent: MasterID, name: "Reederei Möwe", persons: 18, servers: 2, agents: 11, storage: 265, quota: 335, agreement: agreementYearly},
	{id: 4726, parent: 4725, name: "MS Sturmvogel", persons: 2, servers: 1, agents: 1, storage: 19, quota: 25, agreement: agreementBare},
	{id: 4727, parent: MasterID, name: "Café Señor Ñandú", persons: 4, servers: 0, agents: 3, storage: 9, trial: true, unmapped: true},
	{id: 4728, parent: MasterID, name: "Physio Plus (Trial)", company: "Physio Plus", persons: 5, servers: 0, agents: 2, storage: 7, trial: true},
	{id: 4729, parent: MasterID, name: "Hausverwaltung Brandt", persons: 10, servers: 1, agents: 5, storage: 158, quota: 200, agreement: agreementExpired},
	{id: 4730, parent: MasterID, name: "Steuerbüro Ahrens", persons: 12, servers: 1, agents: 8, storage: 119, quota: 150, lessInclude: 5},
	{id: 4731, parent: 4730, name: "Ahrens Lohnbuchhaltung", persons: 4, servers: 0, agents: 3, storage: 23, quota: 40},
	{id: 4732, parent: MasterID, name: "Windpark Nordfriesland GmbH", persons: 15, servers: 2, agents: 7, storage: 412, quota: 520, agreement: agreementLineEnded},
	{id: 4733, parent: MasterID, name: "Fahrrad Krüger", company: "Fahrrad Krüger", persons: 4, servers: 0, agents: 3, storage: 15, quota: 30, agreement: agreementFuture},
	{id: 4734, parent: 4732, name: "Windpark Betriebsführung", persons: 6, servers: 1, agents: 4, storage: 88, quota: 120},
	{id: 4735, parent: MasterID, name: "Galerie am Fleet", company: "-", persons: 3, servers: 0, agents: 2, storage: 21, quota: 40, unmapped: true},
}
