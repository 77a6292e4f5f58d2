package stories

import "slices"

// componentState stands for a state in the stories of components; allComponents is the one with all of them.
const (
	componentState = "ui"
	allComponents  = "all"
)

// componentStories are a page for each component and one with all.
func componentStories() []Story {
	all := Components()
	out := []Story{{componentState, allComponents, componentPage("All components", all)}}
	for _, c := range all {
		out = append(out, Story{componentState, c.Name, componentPage(c.Name, []Component{c})})
	}
	return out
}

// pageStates are the states in which a page is shown.
type pageStates struct {
	page   string
	states []string
}

// byPage puts the stories of pages together, in their order.
func byPage(all []Story) []pageStates {
	var out []pageStates
	for _, s := range all {
		i := slices.IndexFunc(out, func(p pageStates) bool { return p.page == s.Page })
		switch {
		case s.State == componentState:
		case i < 0:
			out = append(out, pageStates{s.Page, []string{s.State}})
		default:
			out[i].states = append(out[i].states, s.State)
		}
	}
	return out
}
