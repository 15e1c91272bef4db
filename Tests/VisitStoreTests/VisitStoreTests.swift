import Testing

@testable import VisitStore
