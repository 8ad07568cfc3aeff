curl -X GET https://guichet.example/api/v1/assistants/ \
  -H "X-API-Key: YOUR_CLIENT_ID" \
  -H "X-API-Secret: YOUR_CLIENT_SECRET"
