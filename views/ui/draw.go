package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// beatSlots is how many polls a beat bar has room for.
const beatSlots = 30

// beatBox is the same for every bar: one that is stretched over fewer polls would look like a different thing.
const beatBox = "0 0 178 20"

// slotted puts the newest polls at the right end of the bar.
func slotted(beats []Beat) []Beat {
	out := make([]Beat, 0, beatSlots)
	for range beatSlots - len(beats) {
		out = append(out, BeatNone)
	}
	return append(out, beats[max(len(beats)-beatSlots, 0):]...)
}

func beatTop(b Beat) string {
	return map[Beat]string{BeatOK: "2", BeatSlow: "6", BeatBad: "10"}[b] + map[bool]string{true: "16"}[b == BeatNone]
}

func beatHeight(b Beat) string {
	return map[Beat]string{BeatOK: "16", BeatSlow: "12", BeatBad: "8", BeatNone: "2"}[b]
}

// BeatWords says in words what a beat bar draws; what names its beats, polls when left out.
func BeatWords(name string, beats []Beat, what ...string) string {
	count := map[Beat]int{}
	for _, b := range beats {
		count[b]++
	}
	var parts []string
	for _, p := range []struct {
		beat Beat
		word string
	}{{BeatOK, "good"}, {BeatSlow, "slow"}, {BeatBad, "failed"}, {BeatNone, "not made yet"}} {
		if n := count[p.beat]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+p.word)
		}
	}
	if len(parts) == 0 {
		parts = []string{"none yet"}
	}
	return fmt.Sprintf("%s, last %d %s: %s", name, len(beats), append(what, "polls")[0], strings.Join(parts, ", "))
}

const sparkFloor, sparkRoom = 54, 50

func sparkHeight(n int, hours [24]int) string {
	if n == 0 {
		return "1.5"
	}
	most := 1
	for _, h := range hours {
		most = max(most, h)
	}
	return strconv.Itoa(max(n*sparkRoom/most, 4))
}

func sparkTop(n int, hours [24]int) string {
	if n == 0 {
		return "52.5"
	}
	h, _ := strconv.Atoi(sparkHeight(n, hours))
	return strconv.Itoa(sparkFloor - h)
}

func hourName(i int, now time.Time, loc *time.Location) string {
	return now.In(loc).Add(time.Duration(i-23) * time.Hour).Format("15:00")
}

func sparkWords(what string, hours [24]int, now time.Time, loc *time.Location) string {
	all, most := 0, 0
	for i, n := range hours {
		all += n
		if n > hours[most] {
			most = i
		}
	}
	if all == 0 {
		return what + " an hour over 24 hours: none"
	}
	return fmt.Sprintf("%s an hour over 24 hours: %d in all, most (%d) from %s", what, all, hours[most], hourName(most, now, loc))
}
