package link

import "net/url"

// HelpTopics is the list of everything the help has, with its search.
const HelpTopics = "/help"

// Help is one topic of the help.
func Help(topic string) string { return HelpTopics + "/" + url.PathEscape(topic) }
