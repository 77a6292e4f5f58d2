package web

import (
	"errors"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// importStart is where a file for an inbox is chosen.
func (s *Server) importStart(c echo.Context) error {
	p, found, err := s.openInbox(c)
	if err != nil {
		return err
	}
	return s.showImport(c, p, http.StatusOK, found.Name, nil)
}

func (s *Server) showImport(c echo.Context, p page, status int, name string, wrong ui.Errors) error {
	m := views.ImportStart{Shell: p.shell, Name: name, Errors: wrong}
	m.Shell.Title, m.Shell.Wrong = "Import, "+name, len(wrong) > 0
	var err error
	if m.Imports, err = s.Read.Imports(c.Request().Context(), name, app.Page{Limit: importsShown}); err != nil {
		return err
	}
	return render(c, status, views.ImportPage(m))
}

// stageImport takes the file. It goes to the disk as it comes and is never held in memory as a whole.
func (s *Server) stageImport(c echo.Context) error {
	p, found, err := s.openInbox(c)
	if err != nil {
		return err
	}
	name, file, err := uploaded(c)
	id := ""
	if err == nil {
		id, err = s.Receive.Stage(c.Request().Context(), found.Name, name, file)
	}
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = app.FieldErrorf("file", "The file is larger than %d MB. Split it, or leave out the columns nothing is made of.", tooBig.Limit>>20)
	}
	if invalid(err) {
		return s.showImport(c, p, http.StatusUnprocessableEntity, found.Name, ui.Errors{{Field: "file", Message: app.ErrorMessage(err)}})
	}
	if err != nil {
		return err
	}
	return seeOther(c, link.SourceImportFile(found.Name, id))
}

// uploaded is the file of a form, as a stream.
func uploaded(c echo.Context) (name string, file io.Reader, err error) {
	none := app.FieldErrorf("file", "Choose a CSV file.")
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return "", nil, none
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
				return "", nil, err
			}
			return "", nil, none
		}
		if part.FormName() != "file" {
			continue
		}
		// A browser on Windows may send the whole path.
		name := path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
		if part.FileName() == "" {
			return "", nil, none
		}
		return name, part, nil
	}
}

// importPreview shows what a staged file would become.
func (s *Server) importPreview(c echo.Context) error {
	p, found, err := s.openInbox(c)
	if err != nil {
		return err
	}
	return s.showPreview(c, p, http.StatusOK, found.Name, nil, nil)
}

// showPreview previews the staged file with what was typed; without it, as it proposes itself. wrong are errors that came
// of the form.
func (s *Server) showPreview(c echo.Context, p page, status int, name string, typed *typedMappingForm, wrong ui.Errors) error {
	ctx := c.Request().Context()
	m := views.ImportPreview{Shell: p.shell, Name: name, ID: c.Param("file"), Errors: wrong}
	var with *app.CSVMapping
	if typed != nil {
		with, m.Changed = &typed.mapping, typed.changed
	}
	file, err := s.Receive.Preview(ctx, name, m.ID, with)
	if invalid(err) && typed != nil { // with these columns nothing can be made of it; the file itself is still there
		m.Errors, m.Unread = append(m.Errors, mappingErrors(err)...), true
		file, err = s.Receive.Preview(ctx, name, m.ID, nil)
		file.Readings, file.Totals, file.Zeroed, file.Customers, file.ImportCounts = nil, nil, nil, nil, app.ImportCounts{Rows: file.ImportCounts.Rows}
	}
	if err != nil {
		return lookAgainError{err, link.SourceImport(name)}
	}
	m.File, m.Mapping = file, file.Mapping
	if typed != nil {
		m.Mapping = typed.mapping
	}
	m.Mapping = usualMapping(m.Mapping)
	m.Seen = mappingSum(m.Mapping)
	if len(m.Errors) > 0 {
		m.Shell.Wrong, status = true, http.StatusUnprocessableEntity
	}
	m.Shell.Title = "Import " + file.File
	if m.Customers, m.New, err = s.importCustomers(c, name, file); err != nil {
		return err
	}
	return render(c, status, views.ImportPreviewPage(m))
}

// importCustomers names the customers of the readings that are shown, says which the source knows already, and counts
// those of the whole file that it does not.
func (s *Server) importCustomers(c echo.Context, source string, file app.CSVPreview) (shown map[string]views.ImportCustomer, fresh int, err error) {
	rows, err := s.Read.Organizations(c.Request().Context(), app.OrganizationFilter{Source: source})
	if err != nil {
		return nil, 0, err
	}
	known := make(map[string]bool, len(rows))
	for _, o := range rows {
		known[o.ExternalID] = true
	}
	for _, id := range file.Customers {
		if !known[id] {
			fresh++
		}
	}
	shown = map[string]views.ImportCustomer{}
	for _, r := range file.Readings {
		shown[r.OrganizationID] = views.ImportCustomer{Name: file.Names[r.OrganizationID], Known: known[r.OrganizationID]}
	}
	return shown, fresh, nil
}

// importFile previews a staged file with other columns, or stores it. Only what was previewed is stored: columns that were
// changed since are shown first.
func (s *Server) importFile(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, found, err := s.openInbox(c)
	if err != nil {
		return err
	}
	typed, wrong := readMapping(f, p.now)
	switch {
	case len(wrong) > 0:
		return s.showPreview(c, p, http.StatusUnprocessableEntity, found.Name, &typed, wrong)
	case f.text("step") != "import":
		return s.showPreview(c, p, http.StatusOK, found.Name, &typed, nil)
	case f.text("seen") != mappingSum(typed.mapping):
		typed.changed = true
		return s.showPreview(c, p, http.StatusConflict, found.Name, &typed, nil)
	}
	done, err := s.Receive.Import(c.Request().Context(), found.Name, c.Param("file"), typed.mapping, person)
	if invalid(err) {
		return s.showPreview(c, p, http.StatusUnprocessableEntity, found.Name, &typed, mappingErrors(err))
	}
	if err != nil {
		return lookAgainError{err, link.Source(found.Name) + "#imports"}
	}
	s.tell(c, importTone(done), "%s", importWords(done))
	return seeOther(c, link.Source(found.Name)+"#imports")
}

func importTone(im app.Import) string {
	if im.Wrong > 0 {
		return warn
	}
	return good
}

func importWords(im app.Import) string {
	text := "Imported " + ui.Count(im.ReadingsMade, "reading", "readings") + " of " + ui.Count(im.Organizations, "customer", "customers") + " from " + im.File + "."
	if im.Wrong > 0 {
		text += " " + ui.Count(im.Wrong, "row was", "rows were") + " wrong; the customers of those have a reading that is not complete."
	}
	return text
}
