import Testing

@testable import PolicyCore
