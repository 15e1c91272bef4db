/// What an imported configuration comes to before it is a policy: an ordered list of decisions, the first that applies decides, with what its
/// conditions name.
struct AccessPlan {
    enum Verdict: String { case allow, block }

    struct Named<Value> {
        var name: String
        var value: Value
    }

    var addresses: [Named<AddressRanges>] = []
    /// User names, and MAC addresses as `mac:…`.
    var users: [Named<Set<String>>] = []
    var lines: [AccessLine] = []
    /// For what no line decides.
    var fallback = Verdict.block
    var fallbackPlace: ImportPlace?

    var categories: [ImportedCategory] = []
    var lists: [ImportedList] = []
    var schedules: [ImportedSchedule] = []
    /// Group settings by the address or user set they hold for (its name), `default` for the others: `safe-search: on`.
    var safeSearch: Set<String> = []
    private var taken: [Space: Set<String>] = [:]

    /// Kinds of names: those of one kind differ.
    enum Space: String { case clients, category, list, time }

    /// A name policies take, not used before.
    mutating func name(_ text: String, _ space: Space) -> String {
        let otherwise = space.rawValue
        var name = ""
        for character in text.lowercased() {
            let isFit = character.isASCII && (character.isLetter || character.isNumber)
            if isFit { name.append(character) } else if !name.isEmpty, name.last != "-" { name.append("-") }
            if name.utf8.count >= 48 { break }
        }
        while name.last == "-" { name.removeLast() }
        let isTaken = ["all", "uncategorized", "ip-host", "default"].contains(name) || space == .time && Quantity.looksLikeDate(name)
        if name.isEmpty || isTaken {
            name = name.isEmpty ? otherwise : name + "-" + otherwise
        }
        var free = name
        var number = 2
        while !taken[space, default: []].insert(free).inserted {
            free = "\(name)-\(number)"
            number += 1
        }
        return free
    }

    mutating func addAddresses(_ name: String, _ ranges: AddressRanges) -> WhoTest.Who {
        addresses.append(Named(name: self.name(name, .clients), value: ranges))
        return .addresses(addresses.count - 1)
    }

    mutating func addUsers(_ name: String, _ names: Set<String>) -> WhoTest.Who {
        users.append(Named(name: self.name(name, .clients), value: names))
        return .users(users.count - 1)
    }
}

/// One decision and its conditions, all of which must hold.
struct AccessLine {
    var verdict: AccessPlan.Verdict
    var who: [WhoTest] = []
    var what: [WhatTest] = []
    var when: [WhenTest] = []
    var place: ImportPlace
    /// Conditions nobody can judge here.
    var unknown: [String] = []
    /// Whoever fits one group of clients is in no other: a user known by name is in the user's, at every address.
    var isExclusive = false
}

struct WhoTest {
    enum Who: Hashable { case addresses(Int), users(Int) }

    var who: Who
    var isNegated = false
}

struct WhatTest {
    var what: WhatSet
    var isNegated = false
}

struct WhenTest: Hashable {
    var schedule: String
    var isNegated = false
}

/// A set of requests: what any of the targets means.
struct WhatSet {
    /// As a rule writes them.
    var targets: [String]
    /// The same as a category's entries, where it can be one.
    var sources: CategorySources?
    /// Targets that are everything else together, where there are such.
    var complement: [String]?
}

/// Entries and lists of a category.
struct CategorySources: Equatable {
    var sites: [String] = []
    var urls: [String] = []
    var expressions: [String] = []
    var lists: [String] = []

    var isEmpty: Bool { sites.isEmpty && urls.isEmpty && expressions.isEmpty && lists.isEmpty }

    mutating func formUnion(_ other: CategorySources) {
        sites += other.sites
        urls += other.urls
        expressions += other.expressions
        lists += other.lists
    }
}

struct ImportedCategory {
    var name: String
    var title: String?
    var includes: CategorySources
    var excepts = CategorySources()
    var place: ImportPlace
}

struct ImportedList {
    var name: String
    var source: String
    var format: String
    var place: ImportPlace
}

struct ImportedSchedule {
    struct Window: Hashable {
        /// Days as `DaySet` has them: 0 for Monday.
        var days: [Int]
        var from: Int
        var to: Int
    }

    var name: String
    var windows: [Window] = []
    /// As policies write them; a range as its two ends.
    var dates: [(from: String, to: String?)] = []
    /// Whether it is open at times the original is not.
    var holdsLonger = false
    var place: ImportPlace
}
