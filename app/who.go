package app

// Who names whoever did something in words that stand after "by": what is recorded of a person at the page or of a script is only
// that it was one.
func Who(by string) string {
	switch by {
	case "", string(TriggerPerson):
		return "a person"
	case string(TriggerAPI):
		return "a script"
	}
	return by
}
