package views_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"psabridge/views/stories"
)

// tooWide names what makes a page wider than its window, "" when nothing does.
const tooWide = `(()=>{const d=document.documentElement,w=d.clientWidth;if(d.scrollWidth<=w)return '';
	const far=[...document.body.querySelectorAll('*')].filter(e=>e.getBoundingClientRect().right>w+1&&!e.closest('svg')||e.scrollWidth>e.clientWidth+1&&e.getBoundingClientRect().left+e.scrollWidth>w+1&&getComputedStyle(e).display!=='inline');
	return (d.scrollWidth-w)+' px: '+far.filter(e=>!far.some(o=>o!==e&&e.contains(o))).slice(0,3).map(e=>e.outerHTML.slice(0,120)).join(' | ')})()`

// narrow is no sideways scrolling.
func narrow(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](tooWide))
	if err != nil || wide != "" {
		t.Errorf("%s: wider than the window by %s (%v)", name, wide, err)
	}
}

// lengthen makes every word of the page as long as German would: two letters more for every five, with no place to break.
const lengthen = `(()=>{const walk=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT),all=[];while(walk.nextNode())all.push(walk.currentNode);
	for(const n of all)if(!n.parentElement.closest('script,style,code,.mono,time'))n.data=n.data.replace(/\p{L}{4,}/gu,w=>w+'enstelung'.slice(0,Math.ceil(w.length*.4)))})()`

// squeeze magnifies the page, and then takes longer words. What fits at 400 % mostly fits at 200 %, which has the same layout:
// that, and long words in a narrow window, is looked at with PSABRIDGE_ALL.
func squeeze(ctx context.Context, t *testing.T, s stories.Story) {
	t.Helper()
	for _, step := range []struct {
		what  string
		do    string
		width int64
		rare  bool
	}{
		{"at 200 %", "", 640, true},
		{"at 400 %", "", 320, false},
		{"with longer words, 1280 px", lengthen, 1280, false},
		{"with longer words, 360 px", "", 360, true},
	} {
		if step.rare && os.Getenv("PSABRIDGE_ALL") == "" {
			continue
		}
		err := chromedp.Do(ctx, chromedp.EmulateViewport(step.width, 900))
		if err == nil && step.do != "" {
			err = chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](step.do))
		}
		if err != nil {
			t.Errorf("%s: %v", s.Name(), err)
		}
		narrow(ctx, t, fmt.Sprintf("%s (%s)", s.Name(), step.what))
	}
}

// printed are the pages that people put on paper or send as a file.
var printed = []string{"pushes", "push", "evidence", "customer", "compare"}

// onlyPaper names what stands on paper and is of no use there, and what is cut off.
const onlyPaper = `(()=>{const seen=e=>e.checkVisibility({visibilityProperty:true})&&e.getBoundingClientRect().width>1;
	const tools=[...document.querySelectorAll('.rail,.health,.skip,button,input:not([type=hidden]),select,textarea,nav,.btns')].filter(seen);
	const cut=[...document.querySelectorAll('main,main *')].filter(e=>seen(e)&&!e.closest('.vh,svg')&&getComputedStyle(e).overflowX!=='visible'&&e.scrollWidth>e.clientWidth+1);
	const folded=[...document.querySelectorAll('main details:not([open])')].filter(e=>e.children.length>1&&!seen(e.children[1]));
	return [['tool',tools],['cut off',cut],['folded',folded]].flatMap(([w,l])=>l.slice(0,2).map(e=>w+': '+e.outerHTML.slice(0,120))).join(' | ')})()`

// onPaper holds the pages that are printed against a sheet of A4: nothing to click, nothing cut off, nothing folded away.
func onPaper(ctx context.Context, t *testing.T, s stories.Story) {
	t.Helper()
	if !slices.Contains(printed, s.Page) {
		return
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(718, 1000))
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	}
	var found string
	if err == nil {
		found, err = chromedp.Run(ctx, chromedp.Evaluate[string](onlyPaper))
	}
	if err != nil || found != "" {
		t.Errorf("%s on paper: %s (%v)", s.Name(), found, err)
	}
	narrow(ctx, t, s.Name()+" on paper")
	if _, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
		t.Errorf("%s: %v", s.Name(), err)
	}
}
