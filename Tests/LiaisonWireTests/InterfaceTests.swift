// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonTestKit
import LiaisonWire
import Testing

/// `docs/openapi.yaml` says what the relay does.
struct InterfaceTests {
    private func description() throws -> String {
        try String(contentsOfFile: "\(Programs.root)/docs/openapi.yaml", encoding: .utf8)
    }

    @Test func everyProblemCodeIsDescribed() throws {
        let codes = try description().matches(of: /\b[a-z]+(_[a-z]+)*\b/).map { String($0.output.0) }
        for code in Problem.Code.allCases { #expect(codes.contains(code.rawValue), "\(code.rawValue)") }
    }

    /// Each route with its method, and none that the relay does not have.
    @Test func routesAreThoseThatAreDescribed() throws {
        var described: Set<String> = []
        var path = ""
        for line in try description().split(separator: "\n") {
            if let match = line.wholeMatch(of: /\ \ (\/\S+):/) { path = String(match.output.1) }
            if let match = line.wholeMatch(of: /\ {4}(get|post|put):/), path.hasPrefix("/v1/") {
                described.insert("\(match.output.1) \(path)")
            }
        }
        let routes = Set(Route.allCases.map { "\($0.method.rawValue) \($0.template)" })
        #expect(described.symmetricDifference(routes).isEmpty, "\(described.symmetricDifference(routes))")
        #expect(Set(Route.allCases.map { "\($0.method) \($0.template)" }).count == Route.allCases.count)
    }

    @Test func aPathIsFilledInOrder() {
        #expect(Route.directoryHead.path() == "/v1/directory/head")
        #expect(
            Route.bundle.path(["avema01"], query: ["from": "7", "keys": "true"])
                == "/v1/directory/institutions/avema01?from=7&keys=true")
        #expect(Route.contentHeader.path(["a"]) == "/v1/transmissions/a/header")
    }

    /// RFC 9218, section 4.1: a dictionary of structured fields, and 3 for whoever says nothing.
    @Test(arguments: [
        (nil, Urgency.routine), ("", .routine), ("u=3", .routine), ("u=0", .immediate), ("u=1", .urgent),
        ("i, u=1", .urgent), ("u=2,i", .priority), ("u=7", .routine), ("u=10", .routine), ("urgent", .routine)
    ])
    func aHeaderSaysHowUrgentARequestIs(header: String?, urgency: Urgency) {
        #expect(Urgency(priority: header) == urgency)
    }

    @Test(arguments: Urgency.allCases) func urgencyIsReadAsItIsWritten(urgency: Urgency) {
        #expect(Urgency(priority: urgency.priority) == urgency)
    }

    @Test(arguments: Problem.Code.allCases)
    func problemsAreReadAsTheyAreWritten(code: Problem.Code) throws {
        let problem = Problem(code, state: .opened)
        #expect(try WireJSON.decode(Problem.self, from: WireJSON.encode(problem)) == problem)
        #expect((400..<600).contains(problem.status))
    }
}
