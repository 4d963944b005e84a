// swift-tools-version: 6.2
// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import PackageDescription

// Floors, lowest first: a target imports only what stands above its own line here.
// `Tests/LayoutTests` reads this file's graph and fails when the relay's side gains a path to sealing or vault.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault")
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func library(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "liaison",
    platforms: [.macOS(.v15)],
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0")
    ],
    targets: [
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev", "zlib1g-dev"])]),
        .systemLibrary(
            name: "CKeyutils", pkgConfig: "libkeyutils", providers: [.apt(["libkeyutils-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CFiles"),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        library("LiaisonNotes", ["CSodium", crypto]),
        library("LiaisonModel", ["LiaisonNotes"]),
        library("LiaisonLedger", ["LiaisonNotes", "COpenSSL", crypto]),
        library(
            "LiaisonForms", ["LiaisonNotes", "LiaisonModel", yams],
            resources: [.embedInCode("Kinds")]),
        library("LiaisonConvention", ["LiaisonNotes", "LiaisonModel", "LiaisonForms", yams]),
        library("LiaisonSealing", ["LiaisonNotes", "LiaisonModel", "COpenSSL", crypto]),
        library("LiaisonWire", ["LiaisonNotes", "LiaisonModel", "LiaisonLedger"]),
        library("LiaisonHistory", ["LiaisonNotes", "LiaisonModel", "LiaisonWire"]),
        library("LiaisonRelay", ["LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonWire"]),
        library(
            "LiaisonSQLiteStore",
            ["LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonWire", "LiaisonRelay", crypto, grdb]),
        library(
            "LiaisonPostgreSQLStore",
            ["LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonWire", "LiaisonRelay", "CPostgreSQL", crypto]),
        library(
            "LiaisonStores", ["LiaisonNotes", "LiaisonRelay", "LiaisonSQLiteStore", "LiaisonPostgreSQLStore"]),
        library(
            "LiaisonListener",
            [
                "LiaisonNotes", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
            ]),
        library(
            "LiaisonHTTP",
            [
                "LiaisonListener", "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonWire", "LiaisonRelay", log,
                nioSSL,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
            ]),
        library(
            "LiaisonTLS",
            [
                "LiaisonNotes", crypto, .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1")
            ]),
        library("LiaisonVault", ["LiaisonNotes", "CSodium", "CKeyutils", grdb]),
        library(
            "LiaisonWitness",
            [
                "LiaisonListener", "LiaisonNotes", "LiaisonLedger", grdb, log,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio")
            ]),
        library(
            "LiaisonDossier",
            [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonSealing", "LiaisonWire", "LiaisonHistory",
                "CZip"
            ]),
        library(
            "LiaisonClient",
            [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonForms", "LiaisonSealing",
                "LiaisonWire", "LiaisonHistory", "LiaisonVault", "LiaisonTLS", "LiaisonDossier", "CFiles", crypto, log,
                nioSSL,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio")
            ]),
        library(
            "LiaisonWords",
            [
                "LiaisonNotes", "LiaisonModel", "LiaisonForms", "LiaisonSealing", "LiaisonWire", "LiaisonVault",
                "LiaisonDossier", "LiaisonClient"
            ]),
        library(
            "LiaisonDesk",
            [
                "LiaisonNotes", "LiaisonModel", "LiaisonForms", "LiaisonSealing", "LiaisonHistory", "LiaisonDossier",
                "LiaisonWire", "LiaisonVault", "LiaisonListener", "LiaisonTLS", "LiaisonClient", "LiaisonWords", crypto,
                log,
                nioSSL,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle")
            ], resources: [.embedInCode("Templates"), .embedInCode("Assets")]),
        .executableTarget(
            name: "liaison",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonForms", "LiaisonSealing",
                "LiaisonConvention", "LiaisonTLS", "LiaisonWire", "LiaisonVault", "LiaisonDossier", "LiaisonClient",
                "LiaisonWords", "LiaisonWitness", "LiaisonDesk", arguments, log,
                .product(name: "Hummingbird", package: "hummingbird")
            ], swiftSettings: strict),
        .executableTarget(
            name: "liaisond",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonWire", "LiaisonRelay",
                "LiaisonSQLiteStore", "LiaisonPostgreSQLStore", "LiaisonStores", "LiaisonHTTP", "LiaisonTLS",
                "LiaisonWitness", "CMalloc", arguments,
                log, nioSSL,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
            ], swiftSettings: strict),
        .target(
            name: "LiaisonTestKit",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonForms", "LiaisonConvention",
                "LiaisonSealing", "LiaisonWire", "LiaisonRelay", "LiaisonSQLiteStore", "LiaisonPostgreSQLStore",
                "LiaisonStores", "LiaisonVault", "LiaisonDossier", "LiaisonClient", log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system")
            ], path: "Tests/LiaisonTestKit", swiftSettings: strict),
        .executableTarget(
            name: "scale",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonForms", "LiaisonSealing", "LiaisonWire", "LiaisonRelay",
                "LiaisonVault", "LiaisonClient", "LiaisonTestKit", "COpenSSL"
            ], path: "Benchmarks/Scale", swiftSettings: strict),
        .executableTarget(
            name: "mailbox",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonSealing", "LiaisonWire", "LiaisonRelay",
                "LiaisonSQLiteStore", "LiaisonVault", "LiaisonClient", "LiaisonDesk", "LiaisonTestKit",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio")
            ], path: "Benchmarks/Mailbox", swiftSettings: strict),
        .executableTarget(
            name: "relaybench",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonSealing", "LiaisonWire", "LiaisonRelay",
                "LiaisonSQLiteStore", "LiaisonPostgreSQLStore", "LiaisonTLS", "LiaisonTestKit", nioSSL,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio")
            ], path: "Benchmarks/Relay", swiftSettings: strict),
        .executableTarget(
            name: "logscale",
            dependencies: [
                "LiaisonNotes", "LiaisonModel", "LiaisonLedger", "LiaisonWire", "LiaisonRelay", "LiaisonSQLiteStore",
                "LiaisonTestKit"
            ], path: "Benchmarks/LogScale", swiftSettings: strict),
        tests("LiaisonNotesTests", ["LiaisonNotes", "LiaisonModel", "LiaisonTestKit"]),
        tests("LiaisonModelTests", ["LiaisonModel", "LiaisonNotes", "LiaisonTestKit"]),
        tests("LiaisonLedgerTests", ["LiaisonLedger", "LiaisonNotes", "LiaisonTestKit"]),
        tests("LiaisonSealingTests", ["LiaisonSealing", "LiaisonModel", "LiaisonNotes", "LiaisonTestKit"]),
        tests(
            "LiaisonFormsTests",
            [
                "LiaisonForms", "LiaisonModel", "LiaisonNotes", "LiaisonTestKit", "LiaisonWords"
            ]),
        tests(
            "LiaisonConventionTests",
            ["LiaisonConvention", "LiaisonForms", "LiaisonModel", "LiaisonNotes", "LiaisonTestKit"]),
        tests(
            "LiaisonVaultTests",
            [
                "LiaisonVault", "LiaisonNotes", "LiaisonTestKit", "CKeyutils", grdb
            ]),
        tests(
            "LiaisonRelayTests",
            [
                "LiaisonRelay", "LiaisonSQLiteStore", "LiaisonClient", "LiaisonWire", "LiaisonModel", "LiaisonLedger",
                "LiaisonNotes", "LiaisonTestKit"
            ]),
        tests(
            "LiaisonClientTests",
            [
                "LiaisonClient", "LiaisonDossier", "LiaisonForms", "LiaisonLedger", "LiaisonRelay",
                "LiaisonSQLiteStore", "LiaisonTLS", "LiaisonVault", "LiaisonWords",
                "LiaisonWitness", "LiaisonSealing", "LiaisonWire", "LiaisonModel", "LiaisonNotes", "LiaisonTestKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio")
            ]),
        tests(
            "LiaisonDeskTests",
            [
                "LiaisonDesk", "LiaisonClient", "LiaisonForms", "LiaisonModel", "LiaisonNotes", "LiaisonTestKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio")
            ]),
        tests(
            "LiaisonDossierTests",
            ["LiaisonDossier", "LiaisonForms", "LiaisonSealing", "LiaisonWords", "LiaisonTestKit"]),
        tests(
            "LayoutTests",
            [
                "LiaisonTestKit"
            ]),
        tests("LiaisonWireTests", ["LiaisonWire", "LiaisonModel", "LiaisonTestKit"]),
        tests(
            "FormatsTests",
            ["LiaisonLedger", "LiaisonModel", "LiaisonNotes", "LiaisonSealing", "LiaisonWire", "LiaisonTestKit"]),
        tests("LiaisonTLSTests", ["LiaisonTLS", "LiaisonNotes", "LiaisonTestKit"]),
        tests(
            "LiaisonHTTPTests",
            [
                "LiaisonHTTP", "LiaisonListener", "LiaisonModel", "LiaisonNotes", "LiaisonTLS", "LiaisonTestKit",
                "LiaisonWire",
                nioSSL,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio")
            ]),
        tests(
            "LiaisonStoreTests",
            [
                "LiaisonLedger", "LiaisonModel", "LiaisonNotes", "LiaisonRelay", "LiaisonSQLiteStore",
                "LiaisonPostgreSQLStore", "LiaisonStores", "LiaisonClient", "LiaisonWire", "LiaisonTestKit", grdb
            ]),
        tests(
            "LiaisonWitnessTests",
            [
                "LiaisonWitness", "LiaisonLedger", "LiaisonNotes", "LiaisonTestKit", log,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio")
            ]),
        tests("ScriptTests", ["LiaisonPostgreSQLStore", "LiaisonTestKit"])
    ]
)
