#if (!example)
using System.Reflection;
#endif
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using KernelGen;
using KernelGen.Checkpoints;
using KernelGen.Text;
using Microsoft.AspNetCore.Mvc;

#if (example)
// The model translates short Chinese sentences into English. model/README.md says where it comes from.
string folder = Path.Combine(AppContext.BaseDirectory, "model");
#else
// Where the folder was when the program was compiled; MODEL_FOLDER names another, where the service runs on another machine.
string folder = Environment.GetEnvironmentVariable("MODEL_FOLDER")
    ?? typeof(Translator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ModelFolder").Value!;
#endif
TextGenerator translator;
try
{
#if (example)
    translator = new TextGenerator(
        Translator.Load(Path.Combine(folder, "model.safetensors")),
        SentencePieceTokenizer.Load(Path.Combine(folder, "source.spm")),
        SentencePieceTokenizer.Load(Path.Combine(folder, "target.spm")),
        new TextGeneratorOptions { Sentences = SentenceSplitter.Default, LongTexts = LongTextPolicy.Split });
#else
    translator = TextGenerator.Open<Translator>(folder, new() { Sentences = SentenceSplitter.Default, LongTexts = LongTextPolicy.Split });
#endif
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException or InvalidDataException or ArgumentException)
{
    // The folder is not there, or a file of it cannot be used.
    Console.Error.WriteLine(exception.Message);
    return 1;
}

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = 64 * 1024);
builder.Services.AddProblemDetails();
builder.Services.AddHealthChecks();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default));

// A translation computes on one thread: as many run at once as there are processors, some more wait, and the others are told to come again.
builder.Services.AddRateLimiter(limiter =>
{
    limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
    limiter.AddPolicy("translations", _ => RateLimitPartition.GetConcurrencyLimiter("all", _ => new ConcurrencyLimiterOptions { PermitLimit = Environment.ProcessorCount, QueueLimit = 64 }));
});

WebApplication app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseRateLimiter();
app.MapHealthChecks("/health");
app.MapPost("/translate", ([FromBody] TranslationRequest request, CancellationToken aborted) =>
{
    try
    {
        return Results.Ok(new TranslationResponse(translator.Generate(request.Text, cancellationToken: aborted).Text));
    }
    catch (ArgumentException mistake)    // the client's: no text, or one that the model does not take
    {
        return Results.Problem(mistake.Message, statusCode: StatusCodes.Status400BadRequest);
    }
}).RequireRateLimiting("translations");
app.Run();
return 0;

internal sealed record TranslationRequest(string Text);

internal sealed record TranslationResponse(string Text);

[JsonSerializable(typeof(TranslationRequest))]
[JsonSerializable(typeof(TranslationResponse))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ServiceJson : JsonSerializerContext;
