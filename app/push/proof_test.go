package push_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// proofs names what holds each fault of billing (RELIABILITY F18–F28) and each rule of money (DESIGN M1–M16): the folder, and
// the tests in it. What is not billing's part of a fault is proved where it belongs: sleep and clock of the schedule in
// app/schedule, sign-in and keychain in the source's adapter.
var proofs = map[string][]string{
	"F18": {"app/push TestF18SleepInAPush", "app/schedule TestDueIsAskedByTheWallClock"},
	"F19": {"app/push TestF19ClockSteps TestF19APauseIsNoLongerForAClockPutBack TestAClockThatWasAYearAhead"},
	"F20": {"app/billing TestF20MomentAroundClockChanges", "app/push TestF20TheNightClocksChange"},
	"F21": {"app/billing TestF21TwelveRunsAYearAtAnyTime TestF21EveryPushDayRunsTwelveTimesAYear"},
	"F22": {"app/billing TestF22MachineWasOff", "app/push TestF22ThreeDaysOffAsks TestF22FortyDaysOff TestF22MissedMonthsAreSaid"},
	"F23": {
		"app/push TestF23CrashAtEveryLine TestF23CrashBeforeSettling TestF23TheRunSaysHowFarItIs TestF23AnIncompletePushIsMadeGood",
		"cmd/psabridge TestF23KilledAtEachLine",
	},
	"F24": {"app/push TestF24SomeoneEditsUnderneath"},
	"F25": {"app/push TestF25AYesThatIsNone"},
	"F26": {"app/push TestF26TroubleIsHeldByName TestF26CancelledAgreementIsLeftAlone TestF26OthersGo TestF26PastAnInvoiceAsks"},
	"F27": {
		"app/source/x360sync TestKilledBetweenAnswerAndKeychain TestTokenIsStoredBeforeItIsUsed TestSignInTakenOutOfTheKeychain TestNoPasswordWithoutTheKeychain",
		"app/secret TestALockedKeyringAsksOnce TestAPersonWhoSaidNoIsLeftAlone TestTheTroubleOfAKeychain",
		"cmd/psabridge TestRotatedTokenSurvivesKill TestKeychainTroubleIsSaidInWords TestLockedKeychainKeepsCollecting",
	},
	"F28": {"app/billing TestF28ABrokenSourceNeverBillsZero TestF28NobodyFallsToZeroUnasked", "app/push TestF28ASourceThatLies TestF28SourceKilledAtEveryPage"},

	"M1": {"app/billing TestM1ThePeriodIsTheMonthInTheConnectionsZone TestM1OnlyTheCurrentOrTheLatestDueMonth"},
	"M2": {"app/push TestM2DueAsks TestM2DuePushesByItself TestM2TheFirstPushComesAtTheNextMoment TestM2AMomentThatWasNotSetThenAsks TestM2PastAnInvoice", "store TestScheduledPlanOncePerMonth TestOnlyTheScheduleAndAnUndoTakeItsPlace"},
	"M3": {"app/billing TestM3OpenAddition TestM3ALineIsCreatedOnlyWhereThereNeverWasOne", "app/push TestALostCreateIsNeverRepeated"},
	"M4": {"app/billing TestM4FirstTouchAsksOnce TestM4TheMethodIsPinned TestM4AnotherUnitIsAsked TestM4WhatWritesNothingIsNeverHeld"},
	"M5": {"app/billing TestM5SharesAreSummedThenRoundedThenRaised TestM5TwoMetersOnOneLineAreRefused"},
	"M6": {
		"app/billing TestM6AMovedShareHoldsBothLinesAndReleasesThemTogether TestM6APartialLeaveKeepsTheRest TestM6UntickedMeterIsPlannedAtZero TestM6CustomerLeftReleasesItsLinesAlone",
		"app/billing TestM6ALineThatWasOnlyRightIsNotForgotten TestM6AGoneCustomerIsNotBilledItsMinimum TestM6TwoMetersAreTwoMoves",
		"app/push TestM6CustomerLeft TestM6CustomerLeftALineThatWasAlwaysRight",
	},
	"M7":  {"app/billing TestM7TheMappingMustHoldAtConnectWise TestM7ARenamedItemIsNotACustomerWhoLeft"},
	"M8":  {"app/billing TestM8CreateIsEffectiveTodayOrWhenBillingStarts TestM8ThePersonChoosesTheDay TestM8CycleIsConfirmedOncePerAgreement"},
	"M9":  {"app/billing TestM9Statements TestM9AMissingCustomerIsNotZero"},
	"M10": {"app/billing TestM10ExclusionsAndTrials TestM10ProductIDsOfAMapping"},
	"M11": {"app/billing TestM11AmountOnlyWhereItIsCertain TestM11Limits TestM11TheMoneyLimitAsksWhereItIsBlind"},
	"M12": {"app/billing TestM12ThePlanHoldsWhatIsCompared", "app/push TestM12AnotherFieldIsNoChange"},
	"M13": {"app/settings TestM13TwoConnectionsToOneTenant", "app/setup TestM13PolicyProvesThatTheVendorIsOff TestM13PolicyIsAskedAgain", "app/push TestM13AutomaticWaitsForTheVendor"},
	"M14": {
		"app/billing TestM14ReleasesSurviveAnUnchangedPlanOnly TestM14AReleaseIsForWhatTheHoldSays TestM14WhatIsNotCarriedIsAskedAgain TestM14ACorrectionThatStandsStays",
		"app/push TestM14ReleasesSurviveTheSameMonth TestM14TheScheduleKeepsToWhatAPersonDecided TestM14AutomaticLeavesWhatIsHeld TestM14AutomaticAsks",
		"store TestScheduleNeverPushesHolds",
	},
	"M15": {"app/push TestM15CallsStayAtTheMinimum TestM15ASourceThatCannotBeReadHolds TestM15ConnectWiseThatCannotBeReadHolds TestAnOldPlanIsNotPushed"},
	"M16": {
		"app/billing TestM16Undo TestM16AnUndoIsNotDecidedOn",
		"app/push TestM16Undo TestM16AnUndoIsPlannedShownAndApproved TestM16UndoingTwice TestM16EditedWhileTheUndoIsLookedAt",
	},
	// Two tabs and a script on one plan.
	"F39": {"cmd/psabridge TestF39OnePushFromThreeSurfaces"},
}

// TestProofs holds that every fault and every rule has its tests, one of them with its number in its name.
func TestProofs(t *testing.T) {
	t.Parallel()
	want := []string{"F39"}
	for n := 18; n <= 28; n++ {
		want = append(want, fmt.Sprintf("F%d", n))
	}
	for n := 1; n <= 16; n++ {
		want = append(want, fmt.Sprintf("M%d", n))
	}
	known := map[string][]string{}
	for _, number := range want {
		named := false
		for _, place := range proofs[number] {
			names := strings.Fields(place)
			if known[names[0]] == nil {
				known[names[0]] = testsIn(t, names[0])
			}
			for _, name := range names[1:] {
				if !slices.Contains(known[names[0]], name) {
					t.Errorf("%s: %s has no %s", number, names[0], name)
				}
				named = named || strings.HasPrefix(name, "Test"+number)
			}
		}
		if !named && number != "F27" { // which is older than the list, and not about billing
			t.Errorf("no test is named after %s", number)
		}
	}
	if len(proofs) != len(want) {
		t.Errorf("%d entries, want %d", len(proofs), len(want))
	}
}

var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// testsIn lists the tests of a folder of the module.
func testsIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no tests (%v)", folder, err)
	}
	names := []string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
	}
	return names
}
