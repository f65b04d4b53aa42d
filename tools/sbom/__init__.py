"""The software bill of materials: what is of others in host, pages and insole, as one CycloneDX file.

`make sbom` writes and validates it, `make licences` lists who has which licence, `make audit` asks for known
vulnerabilities. What the figures mean, and what they cannot tell: docs/reference/bill-of-materials.md.
"""
