package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/views"
)

// mostCompanies is how many companies are proposed below a field.
const mostCompanies = 20

// mappingCompanies are the companies that a typed text may mean, as the entries of the list below the field.
func (s *Server) mappingCompanies(c echo.Context) error {
	ctx := c.Request().Context()
	name := c.QueryParam("connection")
	if name == "" {
		doc, _, err := s.Settings.Document(ctx)
		if err != nil {
			return err
		}
		name = firstConnection(doc)
	}
	companies, err := s.companies(ctx, name)
	if err != nil {
		return err
	}
	typed := ""
	for key, values := range c.QueryParams() {
		if strings.HasPrefix(key, "company-") && len(values) > 0 {
			typed = values[0]
		}
	}
	var out []string
	for _, one := range companiesLike(typed, companies) {
		out = append(out, views.CompanyOption(one))
	}
	return render(c, http.StatusOK, views.CompanyOptions(out))
}

// companiesLike lists companies whose name or identifier has a text in it, those that begin with it first.
func companiesLike(typed string, companies map[int64]app.Company) (out []app.Company) {
	q := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "#"))
	if q == "" {
		return nil
	}
	for _, one := range companies {
		if !one.Deleted && (strings.Contains(strings.ToLower(one.Name), q) || strings.Contains(strings.ToLower(one.Identifier), q) || strconv.FormatInt(one.ID, 10) == q) {
			out = append(out, one)
		}
	}
	begins := func(c app.Company) int {
		if strings.HasPrefix(strings.ToLower(c.Name), q) {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b app.Company) int {
		return cmp.Or(cmp.Compare(begins(a), begins(b)), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), mostCompanies)]
}

// companyMeant is the one company that a typed text names: by the record id at its end, else by its exact name or identifier,
// else by them in other letters. A name that ends like the number of another company's record is asked about.
func companyMeant(typed string, companies map[int64]app.Company) (int64, error) {
	if id, ok := recordAtEnd(typed); ok {
		called := companiesCalled(typed, companies, strings.EqualFold)
		switch one, known := companies[id]; {
		case known && !one.Deleted && slices.ContainsFunc(called, func(c app.Company) bool { return c.ID != id }):
			return 0, app.FieldErrorf("company", "“%s” is what a company is called and the number of another: %s. Type # and the number of the one you mean.", typed, numbersOf(append(called, one)))
		case known && !one.Deleted:
			return id, nil
		case len(called) == 0:
			return 0, app.FieldErrorf("company", "ConnectWise has no company #%d among those read last. Reload Options from PSA, or choose another.", id)
		}
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		switch found := companiesCalled(typed, companies, same); {
		case len(found) == 1:
			return found[0].ID, nil
		case len(found) > 1:
			return 0, app.FieldErrorf("company", "%d companies are called “%s”: %s. Type the number of the one you mean.", len(found), typed, numbersOf(found))
		}
	}
	if like := companiesLike(typed, companies); len(like) > 0 {
		return 0, app.FieldErrorf("company", "No company is called “%s”. Did you mean %s?", typed, views.CompanyOption(like[0]))
	}
	return 0, app.FieldErrorf("company", "No company is called “%s”. Type its name, its identifier, or its record id as in #250.", typed)
}

// companiesCalled are the companies whose name or identifier a text is.
func companiesCalled(typed string, companies map[int64]app.Company, same func(a, b string) bool) (found []app.Company) {
	for _, one := range companies {
		if !one.Deleted && (same(one.Name, typed) || same(one.Identifier, typed)) {
			found = append(found, one)
		}
	}
	return found
}

// recordAtEnd reads "#250", "250" or "Contoso Ltd – Contoso #250".
func recordAtEnd(typed string) (int64, bool) {
	text := strings.TrimSuffix(typed, " (inactive)")
	if at := strings.LastIndex(text, "#"); at >= 0 {
		text = text[at+1:]
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0
}

func numbersOf(found []app.Company) string {
	slices.SortFunc(found, func(a, b app.Company) int { return cmp.Compare(a.ID, b.ID) })
	out := make([]string, 0, len(found))
	for _, one := range found {
		out = append(out, "#"+strconv.FormatInt(one.ID, 10))
	}
	return strings.Join(slices.Compact(out), ", ")
}
