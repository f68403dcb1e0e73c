"""Transport rules (mail flow rules) of Microsoft Exchange → rules here.

Four forms of one vocabulary: `Export-TransportRuleCollection` (XML with command lines),
`Get-TransportRule` as JSON or CSV, and Microsoft's tenant configuration (JSON). Each becomes
`StatedRule`s; what they mean is the same for all, and is written from Microsoft's documents.
Nothing here opens files, and no command is run.
"""
