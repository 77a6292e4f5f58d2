package link

// Actions on mappings. Every one of them is a POST, unless its comment says otherwise.
const (
	MappingRevert    = "/mapping/revert"    // take a change of mappings back; the form names its revision
	MappingCompanies = "/mapping/companies" // GET: the companies of a connection that a typed text may mean, as a part of a page
)

// MappingOf is the mapping page of one connection (GET); POST shows or makes a change of many mappings.
func MappingOf(connection string) string { return With(Mapping, "connection", connection) }

// CustomerLeft says what happens when an organization is no customer any more (GET), and does it (POST).
func CustomerLeft(id int64) string { return Organizations + "/" + num(id) + "/left" }
