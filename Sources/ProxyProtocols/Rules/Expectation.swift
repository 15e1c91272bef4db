/// What all lines of Expect ask for (RFC 9110, 10.1.1).
struct Expectation: Sendable {
    private(set) var asksContinue = false
    private(set) var asksOther = false

    mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for element in ListElements(bytes, range) where !element.isEmpty {
            if ASCII.matches(UnsafeRawBufferPointer(rebasing: bytes[element]), "100-continue") {
                asksContinue = true
            } else {
                asksOther = true
            }
        }
    }
}
