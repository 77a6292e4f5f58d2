package web

import (
	"context"

	"psabridge/app"
)

// CustomerFileOf is the file of one customer of a push to send along, for the API: kind is csv or html. It is the one the
// pages give.
func (s *Server) CustomerFileOf(ctx context.Context, push, company int64, kind string) ([]byte, error) {
	files, err := s.customerFiles(ctx, push, company)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "csv":
		return customerCSV(files[0])
	case "html":
		return customerHTML(ctx, files[0])
	}
	return nil, app.Errorf(app.NotFound, "There is no file of kind %q. It is csv or html.", kind)
}
