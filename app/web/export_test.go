package web

// Listed is one line of the route list, for the tests that walk it.
type Listed struct{ Method, Path, Access string }

// Routes lists every route of the pages.
func Routes(s *Server) (out []Listed) {
	for _, r := range s.routes() {
		out = append(out, Listed{r.method, r.path, string(r.access)})
	}
	return out
}

// CoversOne is coversOne for tests.
var CoversOne = coversOne
