curl -X POST https://guichet.example/api/v1/assistants/ \
  -H "X-API-Key: YOUR_CLIENT_ID" \
  -H "X-API-Secret: YOUR_CLIENT_SECRET" \
  -H "Content-Type: application/json" \
  -d '{ "name": "Customer Support Bot", "description": "Helpful assistant for customer inquiries", "tone": "professional", "language": "en", "default_tasks": ["answer_questions", "provide_support"], "is_active": true }'
