import Testing

@testable import Visits
