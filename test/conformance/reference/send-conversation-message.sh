curl -X POST https://guichet.example/api/v1/conversations/${CONVERSATION_ID}/messages \
  -H "X-API-Key: YOUR_CLIENT_ID" \
  -H "X-API-Secret: YOUR_CLIENT_SECRET" \
  -H "Content-Type: application/json" \
  -d '{ "content": "Can you help me track my order?", "metadata": { "order_id": "12345" } }'
