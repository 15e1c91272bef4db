/// Something an event loop keeps a list of; it remembers its place there, so that leaving costs the same however long the list is.
protocol Registered: AnyObject {
    /// -1 while in no list.
    var place: Int { get set }
}

/// An unordered list of what is open on one loop.
struct Register<Element: Registered> {
    private(set) var elements: [Element] = []

    var count: Int { elements.count }

    mutating func insert(_ element: Element) {
        guard element.place < 0 else { return }
        element.place = elements.count
        elements.append(element)
    }

    mutating func remove(_ element: Element) {
        let place = element.place
        guard place >= 0, place < elements.count, elements[place] === element else { return }
        element.place = -1
        guard let last = elements.popLast(), last !== element else { return }
        elements[place] = last
        last.place = place
    }
}
