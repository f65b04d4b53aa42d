"""What stands between a request and a page: headers, hosts, origins, forms, sessions, rights."""
