package connectwise

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is the vendor's OpenAPI document; it lives outside the project because it is not ours to publish.
var contract = sync.OnceValues(func() (routers.Router, error) {
	file := filepath.FromSlash("../../../../shared/contracts/connectwise.openapi.json")
	if _, err := os.Stat(file); err != nil {
		return nil, nil
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	// The vendor's generator writes .NET's "object", which is any value; its own guide patches with text and numbers.
	doc.Components.Schemas["PatchOperation"].Value.Properties["value"].Value.Type = nil
	return legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.DisableSchemaPatternValidation())
})

// fullDocument are calls that the vendor's full document has and our copy of it leaves out: the copy holds what a bridge
// is for, and these are asked only to see that the role may not.
var fullDocument = map[string]bool{
	"GET /finance/invoices": true, "GET /time/entries": true, "GET /procurement/purchaseorders": true,
}

// checkedByContract fails the test for every request of ours that the vendor's document does not allow.
func checkedByContract(t *testing.T, h http.Handler) http.Handler {
	router, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	if router == nil {
		if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "shared") {
			t.Fatal("the ConnectWise OpenAPI document is not there, and PSABRIDGE_REQUIRE names it")
		}
		t.Log("SKIP: requests are not checked against the ConnectWise OpenAPI document, which is not there")
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, path, ok := strings.Cut(r.URL.Path, "/apis/3.0"); ok && !fullDocument[r.Method+" "+path] {
			if err := validate(router, r, path); err != nil {
				t.Errorf("%s %s: %v", r.Method, path, err)
			}
		}
		h.ServeHTTP(w, r)
	})
}

func validate(router routers.Router, r *http.Request, path string) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	seen := r.Clone(r.Context())
	seen.URL.Path, seen.URL.RawPath = path, ""
	seen.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := router.FindRoute(seen)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: seen, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}
