curl -X POST https://guichet.example/api/v1/sessions/ \
  -H "X-API-Key: YOUR_CLIENT_ID" \
  -H "X-API-Secret: YOUR_CLIENT_SECRET" \
  -H "Content-Type: application/json" \
  -d '{ "assistant_id": "550e8400-e29b-41d4-a716-446655440000", "visitor_id": "visitor-123", "locale": "en", "metadata": { "source": "website", "page": "/contact" } }'
