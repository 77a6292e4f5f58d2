package machine

// Session names the session this program runs in, so that a second start can say that the first runs in another one of the same
// person's. Empty where sessions have no names.
func Session() string { return session() }
