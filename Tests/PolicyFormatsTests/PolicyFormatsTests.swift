import Testing

@testable import PolicyFormats
