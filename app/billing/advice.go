package billing

import "psabridge/app"

// What a person can do about a reading that cannot be billed. An inbox cannot be read: what it lacks has to be sent.

// neverShown is said of an organization that the settings bill and no source knows.
func (b *book) neverShown(o app.Organization) string {
	if b.Pushed[o.Source] {
		return o.Name + " is billed here, but nothing about it was ever sent. Import a file or send a reading that names it, or correct or end its mapping."
	}
	return o.Name + " is billed here, but its source has never shown it. Read the source again; if it stays away, correct or end its mapping."
}

func (b *book) whenMissing(source string) string {
	if b.Pushed[source] {
		return "Import a file or send a reading that has it: a customer who is missing from a file counts as not known, not as 0, unless the file is marked complete."
	}
	return "Read the source again; if it stays away, look at the source's page."
}

func (b *book) whenIncomplete(source string) string {
	if b.Pushed[source] {
		return "Import the corrected file or send the reading again"
	}
	return "Make a new plan when the source can be read"
}

func (b *book) whenOld(source string) string {
	if b.Pushed[source] {
		return "Import a newer file or send a newer reading."
	}
	return "Read the source again."
}
