import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

struct PolicyEditTests {
    struct Change: CustomTestStringConvertible, Sendable {
        let says: String
        let before: String
        let edit: PolicyEdit
        let after: String
        var testDescription: String { says }
    }

    static let entries: [Change] = [
        Change(
            says: "into brackets", before: "categories:\n  ads: { sites: [a.test, b.test] }  # ours\n",
            edit: .addEntry(category: "ads", key: .sites, text: "c.test"),
            after: "categories:\n  ads: { sites: [a.test, b.test, c.test] }  # ours\n"),
        Change(
            says: "into empty brackets", before: "categories:\n  ads: { sites: [] }\n",
            edit: .addEntry(category: "ads", key: .sites, text: "c.test"), after: "categories:\n  ads: { sites: [c.test] }\n"),
        Change(
            says: "behind a last comma", before: "categories:\n  ads:\n    sites: [\n      a.test, # one\n    ]\n",
            edit: .addEntry(category: "ads", key: .sites, text: "c.test"),
            after: "categories:\n  ads:\n    sites: [\n      a.test, # one\n    c.test]\n"),
        Change(
            says: "as a line", before: "categories:\n  ads:\n    sites:\n      - a.test   # why\n      - b.test\n\n# more\ngroups: {}\n",
            edit: .addEntry(category: "ads", key: .sites, text: "=c.test"),
            after: "categories:\n  ads:\n    sites:\n      - a.test   # why\n      - b.test\n      - \"=c.test\"\n\n# more\ngroups: {}\n"),
        Change(
            says: "as a line under items that are not indented", before: "categories:\n  ads:\n    sites:\n    - a.test\n    title: Ads\n",
            edit: .addEntry(category: "ads", key: .sites, text: "c.test"),
            after: "categories:\n  ads:\n    sites:\n    - a.test\n    - c.test\n    title: Ads\n"),
        Change(
            says: "beside a single value", before: "categories:\n  ads:\n    sites: a.test # one\n",
            edit: .addEntry(category: "ads", key: .sites, text: "c.test"), after: "categories:\n  ads:\n    sites: [a.test, c.test] # one\n"
        ),
        Change(
            says: "under a key that is not there", before: "categories:\n  ads:\n    title: Ads\nrules: []\n",
            edit: .addEntry(category: "ads", key: .expressions, text: "\\bad\\d+"),
            after: "categories:\n  ads:\n    title: Ads\n    expressions: ['\\bad\\d+']\nrules: []\n"),
        Change(
            says: "into a category with nothing", before: "categories:\n  ads:\nrules: []\n",
            edit: .addEntry(category: "ads", key: .sites, text: "c.test"), after: "categories:\n  ads: { sites: [c.test] }\nrules: []\n"),
        Change(
            says: "into a new category", before: "weir: 1\ncategories:\n  ads: { sites: [a.test] }\n",
            edit: .addEntry(category: "mine", key: .urls, text: "c.test/x y"),
            after: "weir: 1\ncategories:\n  ads: { sites: [a.test] }\n  mine: { urls: [\"c.test/x y\"] }\n"),
        Change(
            says: "into a first category", before: "weir: 1", edit: .addEntry(category: "mine", key: .sites, text: "c.test"),
            after: "weir: 1\n\ncategories:\n  mine: { sites: [c.test] }\n"),
        Change(
            says: "what is there stays there", before: "categories:\n  ads: { sites: [a.test, b.test] }\n",
            edit: .addEntry(category: "ads", key: .sites, text: "a.test"), after: "categories:\n  ads: { sites: [a.test, b.test] }\n"),
        Change(
            says: "out of the middle", before: "categories:\n  ads: { sites: [a.test, b.test, c.test] }\n",
            edit: .removeEntry(category: "ads", key: .sites, text: "b.test"), after: "categories:\n  ads: { sites: [a.test, c.test] }\n"),
        Change(
            says: "the last", before: "categories:\n  ads: { sites: [a.test, \"b.test\"] }\n",
            edit: .removeEntry(category: "ads", key: .sites, text: "b.test"), after: "categories:\n  ads: { sites: [a.test] }\n"),
        Change(
            says: "the only one", before: "categories:\n  ads: { sites: [a.test], title: Ads }\n",
            edit: .removeEntry(category: "ads", key: .sites, text: "a.test"), after: "categories:\n  ads: { sites: [], title: Ads }\n"),
        Change(
            says: "a line", before: "categories:\n  ads:\n    sites:\n      - a.test\n      - b.test # gone\n      - c.test\n",
            edit: .removeEntry(category: "ads", key: .sites, text: "b.test"),
            after: "categories:\n  ads:\n    sites:\n      - a.test\n      - c.test\n"),
        Change(
            says: "the only line", before: "categories:\n  ads:\n    title: Ads\n    sites:\n      - a.test\ngroups: {}\n",
            edit: .removeEntry(category: "ads", key: .sites, text: "a.test"),
            after: "categories:\n  ads:\n    title: Ads\ngroups: {}\n"),
        Change(
            says: "a quoted comma and bracket", before: "categories:\n  ads: { expressions: ['a],b', \"c\\\"}\", d] }\n",
            edit: .removeEntry(category: "ads", key: .expressions, text: "c\"}"),
            after: "categories:\n  ads: { expressions: ['a],b', d] }\n"),
        Change(
            says: "lines end as they did", before: "categories:\r\n  ads:\r\n    sites:\r\n      - a.test\r\n",
            edit: .addEntry(category: "ads", key: .sites, text: "b.test"),
            after: "categories:\r\n  ads:\r\n    sites:\r\n      - a.test\r\n      - b.test\r\n"),
        Change(
            says: "a list for a category", before: "categories:\n  ads: { lists: ut1/publicite }\n",
            edit: .addListToCategory(category: "ads", list: "mine"), after: "categories:\n  ads: { lists: [ut1/publicite, mine] }\n"),
    ]

    @Test(arguments: entries) func entry(_ edit: Change) throws {
        #expect(try edit.edit.apply(to: edit.before) == edit.after)
    }

    static let client = ClientDeclaration(
        name: "tablet", group: "kids", addresses: [IPPrefix("192.168.1.9"), IPPrefix("fd00::/64")].compactMap { $0 },
        macs: [MACAddress("3c:22:fb:01:02:03")].compactMap { $0 }, note: "Mia's")

    static let people: [Change] = [
        Change(
            says: "a new client", before: "clients:\n  # the house\n  pc: { group: kids }\n\n  # nothing more\ngroups: {}\n",
            edit: .setClient(client),
            after: "clients:\n  # the house\n  pc: { group: kids }\n  tablet: { group: kids, addresses: [192.168.1.9, \"fd00::/64\"], "
                + "macs: [\"3c:22:fb:01:02:03\"], note: \"Mia's\" }\n\n  # nothing more\ngroups: {}\n"),
        Change(
            says: "a client's entry in brackets", before: "clients:\n  tablet: { group: kids } # hers\n  pc: {}\n",
            edit: .setClient(ClientDeclaration(name: "tablet", group: "staff")),
            after: "clients:\n  tablet: { group: staff } # hers\n  pc: {}\n"),
        Change(
            says: "a client's entry in lines", before: "clients:\n  tablet:\n    group: kids\n    addresses:\n    - 10.0.0.1\n  pc: {}\n",
            edit: .setClient(ClientDeclaration(name: "tablet", group: "staff")),
            after: "clients:\n  tablet: { group: staff }\n  pc: {}\n"),
        Change(
            says: "clients in brackets", before: "clients: { pc: {} }\n", edit: .setClient(ClientDeclaration(name: "tablet", group: "no")),
            after: "clients: { pc: {}, tablet: { group: \"no\" } }\n"),
        Change(
            says: "a client gone", before: "clients:\n  tablet:\n    group: kids\n  # the other\n  pc: {}\n",
            edit: .removeClient(name: "tablet"), after: "clients:\n  # the other\n  pc: {}\n"),
        Change(
            says: "the only client gone", before: "clients:\n  tablet: {}\nrules: []\n", edit: .removeClient(name: "tablet"),
            after: "clients:\nrules: []\n"),
        Change(
            says: "a client in brackets gone", before: "clients: { tablet: {}, pc: {} }\n", edit: .removeClient(name: "tablet"),
            after: "clients: { pc: {} }\n"),
        Change(
            says: "a schedule", before: "weir: 1\nschedules:\n  night:\n    weekly:\n      - { from: \"21:00\", to: \"07:00\" }\n",
            edit: .setSchedule(
                ScheduleDeclaration(
                    name: "night", windows: [WeeklyWindow(days: [DaySet(weekday: 0), DaySet(weekday: 4)], from: 1260, to: 420)],
                    dates: [.yearly(month: 7, day: 14)], exceptSchedules: [NameReference("holidays")])),
            after:
                "weir: 1\nschedules:\n  night: { weekly: [ { days: [mon, fri], from: \"21:00\", to: \"07:00\" } ], dates: [\"*-07-14\"], "
                + "except: [holidays] }\n"),
        Change(
            says: "a first list", before: "weir: 1\nlists:\n",
            edit: .setList(ListDeclaration(name: "ads", source: "https://l.test/x", format: .hosts, refreshMinutes: 1440)),
            after: "weir: 1\nlists:\n  ads: { source: \"https://l.test/x\", format: hosts, refresh: 24h }\n"),
    ]

    @Test(arguments: people) func person(_ edit: Change) throws {
        #expect(try edit.edit.apply(to: edit.before) == edit.after)
    }

    /// Whatever is added can be read again, as it was given.
    @Test(arguments: [
        "a.test", "*.b.test", "=c.test", "[::1]", "x'y", "x\"y", "x\\y", "a: b", "# no", "- a", "on", "b, c", "{", "münchen.test", "1",
        "a'\"\\ b",
    ])
    func anyText(_ text: String) throws {
        for before in ["weir: 1\n", "categories: { c: { expressions: [x] } }", "categories:\n  c:\n    expressions:\n      - x\n"] {
            let after = try PolicyEdit.addEntry(category: "c", key: .expressions, text: text).apply(to: before)
            let policy = try PolicyText(after)
            #expect(policy.hasItem(text, in: "expressions", at: ["categories", "c"]), "\(after)")
            let back = try PolicyEdit.removeEntry(category: "c", key: .expressions, text: text).apply(to: after)
            #expect(!(try PolicyText(back).hasItem(text, in: "expressions", at: ["categories", "c"])), "\(back)")
        }
    }

    @Test(arguments: [
        "categories:\n  c: { sites: &a [x] }\n  d: [\n", "categories: [x]", "categories:\n  c:\n    sites: &a\n      - x\n      - y\n",
        "categories:\n  c: { sites: !!seq [x, y] }\n", "categories:\n  d: { sites: &a [x, y] }\n  c: { sites: *a }\n",
        "categories:\n  d: { sites: [&a y, x] }\n  c: { sites: [x, *a] }\n", "categories:\n  c: text\n", "- x", "",
    ])
    func cannot(_ text: String) {
        #expect(throws: PolicyEditError.self) { try PolicyEdit.addEntry(category: "c", key: .sites, text: "z").apply(to: text) }
        let removed = try? PolicyEdit.removeEntry(category: "c", key: .sites, text: "x").apply(to: text)
        #expect(removed == nil || removed == text)
    }

    @Test(arguments: ["", "a\nb", "a\u{0}"]) func refusesControls(_ text: String) {
        #expect(throws: PolicyEditError.self) { try PolicyEdit.addEntry(category: "c", key: .sites, text: text).apply(to: "weir: 1\n") }
    }

    @Test(arguments: ["all", "C", "a b", ""]) func refusesNames(_ name: String) {
        #expect(throws: PolicyEditError.self) { try PolicyEdit.addEntry(category: name, key: .sites, text: "x").apply(to: "weir: 1\n") }
        #expect(throws: PolicyEditError.self) { try PolicyEdit.setClient(ClientDeclaration(name: name)).apply(to: "weir: 1\n") }
    }
}
