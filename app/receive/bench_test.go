package receive_test

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"psabridge/app"
)

// BenchmarkFeed imports a file of 100,000 rows into a real store: 5,000 customers with 20 machines each. peak-MiB is how far
// the live heap rose at most above where it began, garbage included.
func BenchmarkFeed(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("Kunden-Nr.;Kunde;Dienst;Menge;Gerät\n")
	for i := range 100000 {
		fmt.Fprintf(&text, "c%d;Customer %d GmbH;Storage;%d,%d;machine-%d\n", i/20, i/20, i%700, i%10, i)
	}
	m := app.CSVMapping{
		CustomerID: "Kunden-Nr.", CustomerName: "Kunde", Meter: "Dienst", Quantity: "Menge", ItemName: "Gerät",
		Fixed: app.CSVFixed{Covers: app.Period{Year: 2026, Month: time.October}, Unit: "GB"},
	}
	w := newWorld(b)
	b.ReportAllocs()
	for b.Loop() {
		peak := watchHeap()
		fed, err := w.desk.Feed(b.Context(), "feed", "big.csv", bytes.NewReader(text.Bytes()), &m, false, "bench")
		if err != nil || fed.Import.Rows != 100000 || fed.Import.ReadingsMade != 5000 {
			b.Fatal(err, fed.Import.ImportCounts)
		}
		b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
	}
}

// watchHeap samples the heap until the returned function is called, which tells how far it rose.
func watchHeap() func() uint64 {
	runtime.GC()
	read := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	begin, top := read(), uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			top = max(top, read())
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return top - min(top, begin)
	}
}
