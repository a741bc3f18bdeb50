# The life of a thread, with the client that openapi-generator made in the folder "client".
$LOAD_PATH.unshift File.join(Dir.pwd, "client", "lib")
require "json"
require "openapi_client"
require "uri"

address = URI(ENV.fetch("BACKBOARD_BASE_URL"))
OpenapiClient.configure do |config|
  config.server_index = nil
  config.scheme = address.scheme
  config.host = "#{address.host}:#{address.port}"
  config.base_path = address.path
  config.api_key["X-API-Key"] = ENV.fetch("BACKBOARD_API_KEY")
end

assistants = OpenapiClient::AssistantsApi.new
threads = OpenapiClient::ThreadsApi.new
messages = OpenapiClient::MessagesApi.new

assistant = assistants.create_assistant(OpenapiClient::CreateAssistant.new(name: "Guide"))
thread = threads.create_thread(assistant.assistant_id, body: {})
puts messages.send_message(thread.thread_id, "My name is Ada.").content

streamed = messages.send_message(
  thread.thread_id, "What is my name?", stream: true, header_params: { "Accept" => "text/event-stream" },
  debug_return_type: "String"
)
events = streamed.each_line.grep(/\Adata:/).map { |line| JSON.parse(line.delete_prefix("data:")) }
puts events.last["type"]
puts threads.get_thread(thread.thread_id).messages.map(&:role).join(" ")

threads.delete_thread(thread.thread_id)
begin
  threads.get_thread(thread.thread_id)
rescue OpenapiClient::ApiError => error
  puts "#{error.code} #{JSON.parse(error.response_body)["detail"]}"
end
