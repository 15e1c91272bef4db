import PolicyCore
import Testing

@testable import PolicyFormats

struct UsedUpToTests {
    @Test(arguments: [
        ("groups.kids.rules[0]=45m", "groups.kids.rules[0]", BudgetUse(minutes: 45)),
        ("rules[1]=1h30m", "rules[1]", BudgetUse(minutes: 90)),
        ("rules[1]=200MB", "rules[1]", BudgetUse(bytes: 200_000_000)), ("rules[1]=1.5 GiB", "rules[1]", BudgetUse(bytes: 1_610_612_736)),
        ("rules[2]=3 visits", "rules[2]", BudgetUse(visits: 3)), ("rules[2]=1 visit", "rules[2]", BudgetUse(visits: 1)),
        ("rules[2]=0m", "rules[2]", BudgetUse()),
    ])
    func amounts(_ text: String, _ rule: String, _ use: BudgetUse) throws {
        let found = try #require(BudgetUse.named(text))
        #expect(found.rule == rule && found.use == use)
    }

    @Test(arguments: [
        "", "=", "=45m", "rules[0]", "rules[0]=", "rules[0]=45", "rules[0]=m", "rules[0]=-1m", "rules[0]=3 apples", "rules[0]=visits",
        "rules[0]=99999999999999999999m", "rules[0]=99999999999TB",
    ])
    func noAmounts(_ text: String) { #expect(BudgetUse.named(text) == nil) }

    /// What is given stands for the period of the question alone; of other budgets what is known otherwise.
    @Test func givenAndKnown() {
        let ledger = PolicyLedger()
        let (given, known) = (BudgetKey(rule: "a", owner: "mia", shared: false), BudgetKey(rule: "b", owner: "mia", shared: false))
        for budget in [given, known] { ledger.note(BudgetNote(budget: budget, minute: 10, bytes: 0, visits: 0)) }
        let at = Instant(milliseconds: 20 * 60_000)
        let state = UsedUpTo(["a": BudgetUse(minutes: 45)], at: at, others: ledger)
        func minutes(_ budget: BudgetKey, from: Int64, to: Int64) -> Int {
            state.used(budget, from: Instant(milliseconds: from * 60_000), to: Instant(milliseconds: to * 60_000), now: at).minutes
        }
        #expect(minutes(given, from: 0, to: 60) == 45 && minutes(given, from: 60, to: 120) == 0)
        #expect(minutes(known, from: 0, to: 60) == 1 && minutes(known, from: 60, to: 120) == 0)
        #expect(UsedUpTo([:], at: at).used(known, from: at, to: at, now: at) == BudgetUse())
    }
}
