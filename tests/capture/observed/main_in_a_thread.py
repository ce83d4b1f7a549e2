import threading


def main():
    print("hi")


t = threading.Thread(target=main)
t.start()
t.join()
