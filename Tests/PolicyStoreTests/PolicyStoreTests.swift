import Testing

@testable import PolicyStore
