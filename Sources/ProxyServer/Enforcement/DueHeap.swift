/// Something that waits for a moment; it remembers its place in the heap, so that leaving costs no search.
protocol Awaiting: AnyObject {
    /// -1 while it waits for nothing.
    var duePlace: Int { get set }
}

/// What waits for a moment, the earliest first: a binary heap. Asking what is due costs the same however many wait.
struct DueHeap<Element: Awaiting> {
    private var entries: [(due: Int64, element: Element)] = []

    var count: Int { entries.count }
    var earliest: Int64? { entries.first?.due }

    /// Puts it in, or moves it to another moment.
    mutating func set(_ element: Element, due: Int64) {
        let place = element.duePlace
        if entries.indices.contains(place), entries[place].element === element {
            entries[place].due = due
            settle(place)
        } else {
            element.duePlace = entries.count
            entries.append((due, element))
            rise(from: entries.count - 1)
        }
    }

    /// The moment it waits for.
    func due(of element: Element) -> Int64? {
        let place = element.duePlace
        guard entries.indices.contains(place), entries[place].element === element else { return nil }
        return entries[place].due
    }

    /// Takes it out, if it is in.
    mutating func remove(_ element: Element) {
        let place = element.duePlace
        guard entries.indices.contains(place), entries[place].element === element else { return }
        element.duePlace = -1
        guard let last = entries.popLast(), last.element !== element else { return }
        entries[place] = last
        last.element.duePlace = place
        settle(place)
    }

    /// Takes out one whose moment has come.
    mutating func popDue(at now: Int64) -> Element? {
        guard let first = entries.first, first.due <= now else { return nil }
        remove(first.element)
        return first.element
    }

    private mutating func settle(_ place: Int) {
        if place > 0, entries[place].due < entries[(place - 1) / 2].due { rise(from: place) } else { sink(from: place) }
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entries[place].due < entries[parent].due else { return }
            exchange(place, parent)
            place = parent
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            let left = 2 * place + 1
            guard left < entries.count else { return }
            let right = left + 1
            let child = right < entries.count && entries[right].due < entries[left].due ? right : left
            guard entries[child].due < entries[place].due else { return }
            exchange(place, child)
            place = child
        }
    }

    private mutating func exchange(_ one: Int, _ other: Int) {
        entries.swapAt(one, other)
        entries[one].element.duePlace = one
        entries[other].element.duePlace = other
    }
}
