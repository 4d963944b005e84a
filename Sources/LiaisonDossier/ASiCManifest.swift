// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes
import LiaisonSealing

/// `META-INF/ASiCManifest.xml` of an ASiC-E container with a time assertion (ETSI EN 319 162-1, annex A.4): the hash of
/// each file. It is never parsed: a reader makes the one that the files must have and compares.
public enum ASiCManifest {
    public static let mediaType = "application/vnd.etsi.asic-e+zip"

    /// - Parameter digests: of every file but `mimetype` and those under `META-INF/`, by name.
    public static func text(_ digests: [String: Hash]) -> String {
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            #"<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">"#,
            #"  <asic:SigReference URI="META-INF/timestamp.tst" MimeType="application/vnd.etsi.timestamp-token"/>"#
        ]
        for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
            lines += [
                #"  <asic:DataObjectReference URI="\#(name)" MimeType="\#(type(of: name))">"#,
                #"    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>"#,
                "    <ds:DigestValue>\(digest)</ds:DigestValue>", "  </asic:DataObjectReference>"
            ]
        }
        return (lines + ["</asic:ASiCManifest>", ""]).joined(separator: "\n")
    }

    /// Of a dossier's files.
    public static func text(of files: some DossierFiles) throws -> String {
        var digests: [String: Hash] = [:]
        for name in files.names where name != DossierFile.mimetype && !name.hasPrefix("META-INF/") {
            if name == DossierFile.content, let source = try files.source(of: name) {
                digests[name] = try digest(of: source)
            } else if let bytes = try files.bytes(of: name, limit: DossierFile.largest(name)) {
                digests[name] = Hash.of(bytes)
            }
        }
        return text(digests)
    }

    private static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html"
        case "json": "application/json"
        case "tst": "application/vnd.etsi.timestamp-token"
        case "note", "key": "text/plain"
        default: "application/octet-stream"
        }
    }
}
