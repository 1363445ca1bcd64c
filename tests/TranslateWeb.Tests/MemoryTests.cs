using KernelGen.Samples.Translate;
using Microsoft.Extensions.DependencyInjection;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>What a rush leaves in memory.</summary>
public sealed class MemoryTests
{
    [Fact]
    public async Task Memory_of_a_rush_is_given_back_when_it_is_over()
    {
        await using RunningService service = await RunningService.StartAsync(["TrimSeconds=1"]);
        Translator model = service.App.Services.GetRequiredService<Translator>();
        for (int rush = 0; rush < 2; rush++)
        {
            using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。", "猫追狗。" }, beam = 8 });
            response.EnsureSuccessStatusCode();
            for (int i = 0; i < 600 && model.IdleMemory > 0; i++)
            {
                await Task.Delay(50);
            }

            Assert.Equal(0, model.IdleMemory);
        }
    }
}
