import Testing

@testable import weir
