package inbox_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"psabridge/app"
	"psabridge/app/inbox"
)

// bigFile has 100,000 rows: 5,000 customers with 20 machines each.
func bigFile() []byte {
	var b bytes.Buffer
	b.WriteString("Kunden-Nr.;Kunde;Dienst;Menge;Gerät\n")
	for i := range 100000 {
		fmt.Fprintf(&b, "c%d;Customer %d GmbH;Storage;%d,%d;machine-%d\n", i/20, i/20, i%700, i%10, i)
	}
	return b.Bytes()
}

func bigMapping() app.CSVMapping {
	return app.CSVMapping{CustomerID: "Kunden-Nr.", CustomerName: "Kunde", Meter: "Dienst", Quantity: "Menge", ItemName: "Gerät", Fixed: app.CSVFixed{Covers: october, Unit: "GB"}}
}

func BenchmarkImport(b *testing.B) {
	text := bigFile()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f := inbox.File{Name: "big.csv", Content: bytes.NewReader(text), Now: now}
		_, rs, counts, err := inbox.Import(f, bigMapping())
		if err != nil || counts.Rows != 100000 {
			b.Fatal(err, counts)
		}
		b.ReportMetric(float64(held(rs))/(1<<20), "MiB-held")
	}
}

// held is how much the heap holds while an import's result is alive, garbage aside.
func held(rs []app.Reading) uint64 {
	var with, without runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&with)
	runtime.KeepAlive(rs)
	rs = nil
	_ = rs
	runtime.GC()
	runtime.ReadMemStats(&without)
	return with.HeapAlloc - min(with.HeapAlloc, without.HeapAlloc)
}
