package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store/storetest"
)

// TestWhatEachChannelTold is kept while a notice stands; of what was mended it is known for as long as the caller asks, and nothing
// is owed of it.
func TestWhatEachChannelTold(t *testing.T) {
	s, ctx := storetest.Open(t), t.Context()
	must(t, s.SyncNotices(ctx, []app.Notice{{Kind: "parked", Subject: "a"}, {Kind: "parked", Subject: "b"}}, t0))
	must(t, s.SaveNoticesTold(ctx, []app.NoticeTold{
		{NoticeID: 1, Channel: app.ChannelEmail, Owed: true},
		{NoticeID: 1, Channel: app.ChannelDesktop, At: t0},
		{NoticeID: 2, Channel: app.ChannelEmail, At: t0, Owed: true},
		{NoticeID: 99, Channel: app.ChannelEmail, At: t0},
	}))
	must(t, s.SaveNoticesTold(ctx, []app.NoticeTold{{NoticeID: 1, Channel: app.ChannelEmail, At: t0.Add(time.Minute)}}))
	must(t, s.SyncNotices(ctx, []app.Notice{{Kind: "parked", Subject: "a"}}, t0.Add(time.Hour)))
	want := []app.NoticeTold{
		{NoticeID: 1, Kind: "parked", Subject: "a", Channel: app.ChannelDesktop, At: t0},
		{NoticeID: 1, Kind: "parked", Subject: "a", Channel: app.ChannelEmail, At: t0.Add(time.Minute)},
		{NoticeID: 2, Kind: "parked", Subject: "b", Channel: app.ChannelEmail, At: t0},
	}
	for since, n := range map[time.Time]int{t0.Add(-time.Minute): 3, t0.Add(time.Second): 2} {
		list, err := s.NoticesTold(ctx, since)
		must(t, err)
		if diff := cmp.Diff(want[:n], list); diff != "" {
			t.Errorf("since %v: %s", since, diff)
		}
	}
	if _, err := s.Prune(ctx, t0.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	must(t, s.Verify(ctx))
}
