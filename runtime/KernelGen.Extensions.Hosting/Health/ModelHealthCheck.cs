using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KernelGen.Extensions.Hosting;

/// <summary>A model is healthy where it computes: its encoder runs over the shortest source.</summary>
internal sealed class ModelHealthCheck(TransformerModel model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        float[] output = model switch
        {
            EncoderDecoder text => text.Encode([text.EndToken], cancellationToken),
            SpeechModel speech => speech.EncoderOutput(new float[speech.MinFrames * speech.Channels], cancellationToken: cancellationToken),
            _ => throw new InvalidOperationException($"{model.GetType().Name} is a model of neither text nor speech."),
        };
        bool isHealthy = Array.TrueForAll(output, float.IsFinite);
        return Task.FromResult(new HealthCheckResult(
            isHealthy ? HealthStatus.Healthy : context.Registration.FailureStatus,
            isHealthy ? model.ToString() : "The encoder gives numbers that are infinite or NaN: the weights are damaged."));
    }
}
