package views

// Mend is the field a person was led to, because a delivery waits for it.
type Mend struct {
	Field    string // name of the input; empty: nobody was led here
	Delivery int64  // that is tried again once the form is saved
	Proposed string // what the field was set to, because it is the nearest that ConnectWise has; empty for nothing
}

// credential reports whether the field is one of a connection's address and keys.
func (m Mend) credential() bool {
	return m.Field == "site_url" || m.Field == "company_id" || m.Field == "client_id" || m.Field == "public_key" || m.Field == "private_key"
}
