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

    @Test func everyRouteIsDescribed() throws {
        let source = try String(
            contentsOfFile: "\(Programs.root)/Sources/LiaisonHTTP/RelayRoutes.swift", encoding: .utf8)
        let text = try description()
        let routes = source.matches(of: /v1\.(?:get|post|put)\("([^"]+)"\)/)
        #expect(routes.count >= 13)
        for route in routes {
            let path = route.output.1.split(separator: "/").map { $0.hasPrefix(":") ? "{" : $0 }
            let described = text.matches(of: /(?m)^  \/v1\/(\S+):$/).contains { line in
                let pieces = line.output.1.split(separator: "/").map { $0.hasPrefix("{") ? "{" : $0 }
                return pieces == path
            }
            #expect(described, "\(route.output.1)")
        }
    }

    @Test(arguments: Problem.Code.allCases)
    func problemsAreReadAsTheyAreWritten(code: Problem.Code) throws {
        let problem = Problem(code, state: .opened)
        #expect(try WireJSON.decode(Problem.self, from: WireJSON.encode(problem)) == problem)
        #expect((400..<600).contains(problem.status))
    }
}
