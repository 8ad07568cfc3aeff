curl -X POST https://guichet.example/api/v1/auth/widget-token \
  -H "Content-Type: application/json" \
  -d '{"client_id":"YOUR_CLIENT_ID"}'
