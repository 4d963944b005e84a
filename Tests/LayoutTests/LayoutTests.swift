// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonTestKit
import Testing

/// The relay's side has no path to what unseals: read from the package's own graph.
struct LayoutTests {
    private struct Package: Decodable {
        struct Target: Decodable {
            struct Dependency: Decodable {
                var byName: [String?]?
                var target: [String?]?
            }
            var name: String
            var dependencies: [Dependency]
        }
        var targets: [Target]
    }

    private func graph() async throws -> [String: Set<String>] {
        let scratch = try TemporaryDirectory()
        let output = try await Programs.run(
            "/usr/bin/env",
            ["swift", "package", "--package-path", Programs.root, "--scratch-path", scratch.path, "dump-package"])
        #expect(output.status == 0, "\(output.standardError)")
        let package = try JSONDecoder().decode(Package.self, from: output.standardOutput)
        return Dictionary(
            uniqueKeysWithValues: package.targets.map { target in
                (target.name, Set(target.dependencies.compactMap { ($0.byName ?? $0.target)?.first ?? nil }))
            })
    }

    @Test func theRelayHasNoPathToSealingOrVault() async throws {
        let graph = try await graph()
        for root in [
            "LiaisonRelay", "LiaisonHTTP", "LiaisonSQLiteStore", "LiaisonPostgreSQLStore", "LiaisonWire", "liaisond"
        ] {
            #expect(graph[root] != nil)
            var reached: Set<String> = []
            var open = [root]
            while let next = open.popLast() {
                if reached.insert(next).inserted { open += graph[next] ?? [] }
            }
            #expect(reached.isDisjoint(with: ["LiaisonSealing", "LiaisonVault", "LiaisonClient"]), "\(root)")
        }
        #expect(graph["LiaisonClient"]?.contains("LiaisonSealing") == true)
    }

    /// What is not declared cannot be imported either.
    @Test func importsFollowTheGraph() async throws {
        let graph = try await graph()
        for (target, allowed) in graph where target.lowercased().hasPrefix("liaison") && !target.hasSuffix("Tests") {
            let folder = target == "LiaisonTestKit" ? "Tests" : "Sources"
            let root = URL(fileURLWithPath: "\(Programs.root)/\(folder)/\(target)")
            let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                for match in try String(contentsOf: file, encoding: .utf8).matches(of: /import (Liaison\w+)/) {
                    #expect(allowed.contains(String(match.1)), "\(file.lastPathComponent) imports \(match.1)")
                }
            }
        }
    }
}
