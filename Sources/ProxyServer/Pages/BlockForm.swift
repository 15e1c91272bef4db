import PolicyCore

/// How a block or warning is told: to whom it is said in which form.
struct BlockForm: Sendable {
    let catalogue: MessageCatalogue
    let shape: PageShape
    /// The answer to a CONNECT.
    let isTunnel: Bool
    /// The page has the form that asks for access.
    let mayAsk: Bool
    /// When it opens again, where that is said: one line has no room for it.
    let until: Instant?

    init(_ notice: BlockNotice, _ hints: PageHints, _ catalogue: MessageCatalogue) {
        self.catalogue = catalogue
        shape = PageShape(hints)
        isTunnel = hints.isTunnel
        mayAsk = shape == .page && notice.mayBeGranted
        until =
            switch shape {
            case .page, .frame, .json: notice.opensAgain
            case .image, .script, .style, .text: nil
            }
    }
}
