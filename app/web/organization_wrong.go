package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
)

func (s *Server) wrongMapping(c echo.Context, o organizationPage, typed views.MappingForm, err error) error {
	prefix := "organizations[" + o.row.Source + "/" + o.row.ExternalID + "]"
	inputs := map[string]string{"company": "company", "agreement": "agreement", "bill": "bill", "psa": "psa", "exclude": "exclude"}
	for m := range typed.Products {
		input := "own_product_" + string(m)
		inputs["products."+string(m)], inputs[input] = input, input
		ruleInputs(inputs, "quantity_rules", ownRule, m)
	}
	typed.Errors = fieldErrors(sharedLine(err, o, prefix), prefix, inputs)
	for i, e := range typed.Errors {
		typed.Errors[i].Message = named(e.Message, o.tree)
	}
	return s.showOrganization(c, o, http.StatusUnprocessableEntity, typed)
}

// sharedLine puts a problem of another organization with the line it shares with this one beside this one's own: that is the
// form the person has before him.
func sharedLine(err error, o organizationPage, prefix string) error {
	me := "[" + o.row.Source + "/" + o.row.ExternalID + "]"
	for _, e := range settings.Problems(err) {
		if rest, other := cutOrganization(e.Field); other && !strings.HasPrefix(e.Field, prefix) && strings.Contains(e.Message, me) {
			e.Field = prefix + rest
		}
	}
	return err
}

// cutOrganization takes the organization off a path of the settings.
func cutOrganization(path string) (rest string, ok bool) {
	if !strings.HasPrefix(path, "organizations[") {
		return "", false
	}
	_, rest, ok = strings.Cut(path, "].")
	return "." + rest, ok
}

// named puts the names of organizations where the settings have their ids.
func named(message string, tree []app.Organization) string {
	if !strings.Contains(message, "[") {
		return message
	}
	pairs := make([]string, 0, 2*len(tree))
	for _, one := range tree {
		pairs = append(pairs, "["+one.Source+"/"+one.ExternalID+"]", "“"+one.Name+"”")
	}
	return strings.NewReplacer(pairs...).Replace(message)
}
