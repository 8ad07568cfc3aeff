curl -X POST https://guichet.example/api/v1/sessions/${SESSION_ID}/messages \
  -H "X-API-Key: YOUR_CLIENT_ID" \
  -H "X-API-Secret: YOUR_CLIENT_SECRET" \
  -H "Content-Type: application/json" \
  -d '{ "content": "Hello, I need help with my order", "metadata": { "user_type": "customer" } }'
